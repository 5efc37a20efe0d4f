import { byId } from './elements.ts'

const stored = 'servemark-theme'

/** A button that changes dark to light and back; what was chosen is kept where the browser allows it. */
export function setUpTheme(): void {
  const button = byId('theme')
  button.hidden = false
  const system = matchMedia('(prefers-color-scheme: dark)')
  let chosen = remembered()
  const show = () => {
    if (chosen !== null) document.documentElement.dataset['theme'] = chosen
    const dark = chosen === null ? system.matches : chosen === 'dark'
    button.textContent = dark ? 'Light' : 'Dark'
    button.setAttribute('aria-label', `Change to ${dark ? 'light' : 'dark'} colours`)
  }
  system.addEventListener('change', show)
  button.addEventListener('click', () => {
    const dark = chosen === null ? system.matches : chosen === 'dark'
    chosen = dark ? 'light' : 'dark'
    remember(chosen)
    show()
  })
  show()
}

/** Some browsers keep nothing for pages opened from a disk, and say so by throwing. */
function remembered(): string | null {
  try {
    return localStorage.getItem(stored)
  } catch {
    return null
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(stored, theme)
  } catch {
    // it holds until the page is closed
  }
}
