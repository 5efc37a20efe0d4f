/** The words of matplotlib that `plot_config.yaml` uses, in terms of Vega. */

/** Colours of the default cycle, which `C0` .. `C9` and `tab:` name. */
export const defaultCycle = [
  '#1f77b4',
  '#ff7f0e',
  '#2ca02c',
  '#d62728',
  '#9467bd',
  '#8c564b',
  '#e377c2',
  '#7f7f7f',
  '#bcbd22',
  '#17becf',
] as const

const tableau = ['blue', 'orange', 'green', 'red', 'purple', 'brown', 'pink', 'gray', 'olive', 'cyan'] as const

const letters: Readonly<Record<string, string>> = {
  b: '#0000ff',
  g: '#008000',
  r: '#ff0000',
  c: '#00bfbf',
  m: '#bf00bf',
  y: '#bfbf00',
  k: '#000000',
  w: '#ffffff',
}

/** A CSS colour for a colour of matplotlib: name, letter, `C3`, `tab:red`, grey level `0.5`, `#rgb`; null: none of them. */
export function cssColor(name: string): string | null {
  if (/^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(name)) return name
  if (/^C\d+$/.test(name)) return defaultCycle[Number(name.slice(1)) % defaultCycle.length] ?? null
  if (name.startsWith('tab:')) {
    const index = (tableau as readonly string[]).indexOf(name.slice(4).replace('grey', 'gray'))
    return defaultCycle[index] ?? null
  }
  if (/^(0?\.\d+|[01](\.0*)?)$/.test(name)) {
    const level = Math.round(Number(name) * 255)
      .toString(16)
      .padStart(2, '0')
    return `#${level}${level}${level}`
  }
  const letter = letters[name]
  if (letter !== undefined) return letter
  return /^[a-z]{3,24}$/i.test(name) && !/^none$/i.test(name) ? name.toLowerCase() : null
}

/** A symbol; `open` ones are strokes without an inside. Sizes are those of Vega's symbols. */
export interface Marker {
  readonly shape: string
  readonly open: boolean
}

const solid = (shape: string): Marker => ({ shape, open: false })
const open = (shape: string): Marker => ({ shape, open: true })

/** Shapes given as paths lie in a square from -1 to 1. */
const markers: Readonly<Record<string, Marker>> = {
  o: solid('circle'),
  '.': solid('M-.5,0A.5,.5,0,1,1,.5,0A.5,.5,0,1,1,-.5,0Z'),
  ',': solid('M-.15,-.15H.15V.15H-.15Z'),
  s: solid('square'),
  D: solid('diamond'),
  d: solid('M0,-1L.6,0L0,1L-.6,0Z'),
  '^': solid('triangle-up'),
  v: solid('triangle-down'),
  '>': solid('triangle-right'),
  '<': solid('triangle-left'),
  p: solid('M0,-1L.95,-.31L.59,.81L-.59,.81L-.95,-.31Z'),
  h: solid('M0,-1L.87,-.5V.5L0,1L-.87,.5V-.5Z'),
  H: solid('M-1,0L-.5,-.87H.5L1,0L.5,.87H-.5Z'),
  '8': solid('M-.38,-.92H.38L.92,-.38V.38L.38,.92H-.38L-.92,.38V-.38Z'),
  '*': solid('M0,-1L.22,-.31H.95L.36,.12L.59,.81L0,.38L-.59,.81L-.36,.12L-.95,-.31H-.22Z'),
  P: solid('M-.33,-1H.33V-.33H1V.33H.33V1H-.33V.33H-1V-.33H-.33Z'),
  X: solid('M-.5,-1L0,-.5L.5,-1L1,-.5L.5,0L1,.5L.5,1L0,.5L-.5,1L-1,.5L-.5,0L-1,-.5Z'),
  x: open('M-1,-1L1,1M-1,1L1,-1'),
  '+': open('M-1,0L1,0M0,-1L0,1'),
  '|': open('M0,-1L0,1'),
  _: open('M-1,0L1,0'),
  '1': open('M0,0L0,1M0,0L-.8,-.5M0,0L.8,-.5'),
  '2': open('M0,0L0,-1M0,0L-.8,.5M0,0L.8,.5'),
  '3': open('M0,0L-1,0M0,0L.5,-.8M0,0L.5,.8'),
  '4': open('M0,0L1,0M0,0L-.5,-.8M0,0L-.5,.8'),
}

export const markerNames = Object.keys(markers)
export const markerOf = (name: string): Marker | null => markers[name] ?? null

/** Dashes in pixels; empty: solid; null: no line. */
const dashes: Readonly<Record<string, readonly number[] | null>> = {
  '-': [],
  solid: [],
  '--': [7, 4],
  dashed: [7, 4],
  '-.': [8, 3, 2, 3],
  dashdot: [8, 3, 2, 3],
  ':': [2, 3],
  dotted: [2, 3],
  none: null,
  None: null,
  ' ': null,
  '': null,
}

export const lineStyleNames = Object.keys(dashes)
/** Undefined: not a name of a line style. */
export const dashOf = (name: string): readonly number[] | null | undefined => dashes[name]
