/** A definition opens beside its button; without this it would stand in the middle of the window. */
export function placeDefinitions(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button.what')) {
    const popover = document.getElementById(button.getAttribute('popovertarget') ?? '')
    if (popover === null) continue
    button.addEventListener('click', () => place(popover, button))
  }
}

function place(popover: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect()
  const width = Math.min(360, window.innerWidth - 24)
  popover.style.width = `${width}px`
  popover.style.left = `${Math.max(12, Math.min(at.left - 12, window.innerWidth - width - 12))}px`
  const below = at.bottom + 8
  popover.style.top = `${below}px`
  requestAnimationFrame(() => {
    const { height } = popover.getBoundingClientRect()
    if (below + height > window.innerHeight) popover.style.top = `${Math.max(12, at.top - height - 8)}px`
  })
}
