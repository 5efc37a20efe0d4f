import { Resvg } from '@resvg/resvg-js'
import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { printable } from '../printable.ts'
import { fontFiles, measureText } from './font.ts'

interface TextItem {
  readonly fontSize?: number
  readonly fontWeight?: string | number
}
interface TextMetrics {
  width: (item: TextItem, text: string | number | null | undefined) => number
}

/** Vega measures text with a canvas if it finds one, else guesses: both would make the SVG depend on the machine. */
const { textMetrics } = vega as unknown as { textMetrics: TextMetrics }
textMetrics.width = (item, text) => {
  if (text === null || text === undefined) return 0
  const bold = item.fontWeight === 'bold' || Number(item.fontWeight) >= 600
  return measureText(String(text), item.fontSize ?? 11, bold ? 'bold' : 'normal')
}

/** The same specification gives the same text, byte for byte, on every machine. XML forbids control characters. */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none', logLevel: vega.Error })
  try {
    await view.runAsync()
    return printable(await view.toSVG())
  } finally {
    view.finalize()
  }
}

/** PNG of an SVG at twice its size, with DejaVu Sans only. */
export function renderPng(svg: string, zoom = 2): Buffer {
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: zoom },
    font: {
      loadSystemFonts: false,
      fontFiles: Object.values(fontFiles),
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  }).render()
  return image.asPng()
}
