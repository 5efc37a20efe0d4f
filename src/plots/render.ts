import { createHash } from 'node:crypto'
import type { ResvgRenderOptions } from '@resvg/resvg-js'
import type { TopLevelSpec } from 'vega-lite'
import { printable } from '../printable.ts'
import { fontFiles, measureText } from './font.ts'

interface TextItem {
  readonly fontSize?: number
  readonly fontWeight?: string | number
}
interface TextMetrics {
  width: (item: TextItem, text: string | number | null | undefined) => number
}

/**
 * Loaded when something is drawn: a run begins without it. Vega measures text with a canvas if it finds one, else guesses:
 * both would make the SVG depend on the machine.
 */
async function loadVega() {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')])
  const { textMetrics } = vega as unknown as { textMetrics: TextMetrics }
  textMetrics.width = (item, text) => {
    if (text === null || text === undefined) return 0
    const bold = item.fontWeight === 'bold' || Number(item.fontWeight) >= 600
    return measureText(String(text), item.fontSize ?? 11, bold ? 'bold' : 'normal')
  }
  return { vega, compile }
}

let vegaLoading: ReturnType<typeof loadVega> | undefined

/** The same specification gives the same text, byte for byte, on every machine. XML forbids control characters. */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const { vega, compile } = await (vegaLoading ??= loadVega())
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none', logLevel: vega.Error })
  try {
    await view.runAsync()
    return namedClips(printable(await view.toSVG()))
  } finally {
    view.finalize()
  }
}

/**
 * Vega numbers its clips through the whole process. Here they are numbered within the figure, after a hash of it, so that they
 * neither depend on earlier figures nor meet another one's in a page.
 */
function namedClips(svg: string): string {
  const ids = [...new Set([...svg.matchAll(/<clipPath id="([^"]*)"/g)].map((match) => match[1] ?? ''))]
  if (ids.length === 0) return svg
  const renamed = (name: (index: number) => string) =>
    svg.replaceAll(/(<clipPath id="|url\(#)([^")]*)/g, (whole, before: string, id: string) =>
      ids.includes(id) ? before + name(ids.indexOf(id)) : whole,
    )
  const hash = createHash('sha256').update(renamed(String)).digest('hex').slice(0, 8)
  return renamed((index) => `clip-${hash}-${index}`)
}

/** PNG of an SVG at twice its size, with DejaVu Sans only; drawn in another thread. */
export async function renderPng(svg: string): Promise<Buffer> {
  const { renderAsync } = await import('@resvg/resvg-js')
  return (await renderAsync(svg, pngOptions)).asPng()
}

const pngOptions: ResvgRenderOptions = {
  fitTo: { mode: 'zoom', value: 2 },
  font: {
    loadSystemFonts: false,
    fontFiles: Object.values(fontFiles),
    defaultFontFamily: 'DejaVu Sans',
    sansSerifFamily: 'DejaVu Sans',
  },
}
