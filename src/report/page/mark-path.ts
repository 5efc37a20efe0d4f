/** The outline of a marker around 0 0; all shapes look equally heavy. */
export function markPath(shape: string, radius: number): string {
  const r = (factor: number) => Number((radius * factor).toFixed(2))
  switch (shape) {
    case 'square':
      return `M${-r(0.9)} ${-r(0.9)}h${r(1.8)}v${r(1.8)}h${-r(1.8)}z`
    case 'diamond':
      return `M0 ${-r(1.3)}L${r(1.3)} 0L0 ${r(1.3)}L${-r(1.3)} 0z`
    case 'triangle-up':
      return `M0 ${-r(1.2)}L${r(1.15)} ${r(0.9)}H${-r(1.15)}z`
    case 'triangle-down':
      return `M0 ${r(1.2)}L${r(1.15)} ${-r(0.9)}H${-r(1.15)}z`
    case 'triangle-right':
      return `M${r(1.2)} 0L${-r(0.9)} ${r(1.15)}V${-r(1.15)}z`
    default:
      return `M${-r(1)} 0a${r(1)} ${r(1)} 0 1 0 ${r(2)} 0a${r(1)} ${r(1)} 0 1 0 ${-r(2)} 0z`
  }
}
