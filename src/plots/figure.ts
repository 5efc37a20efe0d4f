import type { Config } from 'vega-lite'
import { fontFamily, wrapText } from './font.ts'
import type { PlotTheme } from './theme.ts'

/** Size of the area inside the axes, pixels. */
export const plotSize = { width: 640, height: 380 } as const

export const textSize = { title: 16, subtitle: 12.5, label: 12, name: 13, caption: 11.5 } as const

/** Longer than the longest name of a model with its work beside it. */
const longestTitle = 180

/** Title in as many lines as it needs, of about one length, cut where it is endless; subtitles below it. */
export function figureTitle(whole: string, subtitles: readonly string[]) {
  const title = whole.length <= longestTitle ? whole : `${whole.slice(0, longestTitle).trimEnd()}…`
  const lines = wrapText(title, plotSize.width, textSize.title, 'bold')
  let even = lines
  for (let width = plotSize.width - 20; width > plotSize.width / 2; width -= 20) {
    const narrower = wrapText(title, width, textSize.title, 'bold')
    if (narrower.length > lines.length) break
    even = narrower
  }
  return {
    text: lines.length === 1 ? lines : even,
    subtitle: subtitles.flatMap((line) => wrapText(line, plotSize.width, textSize.subtitle)),
  }
}

/** Lines that stand below the figure. */
export function captionLines(paragraphs: readonly string[]): string[] {
  return paragraphs.flatMap((paragraph) => wrapText(paragraph, plotSize.width, textSize.caption))
}

export function figureConfig(theme: PlotTheme): Config {
  return {
    font: fontFamily,
    background: theme.surface,
    padding: 20,
    view: { stroke: null },
    title: {
      anchor: 'start',
      frame: 'group',
      offset: 18,
      color: theme.ink,
      fontSize: textSize.title,
      fontWeight: 'bold',
      lineHeight: 21,
      subtitleColor: theme.muted,
      subtitleFontSize: textSize.subtitle,
      subtitleLineHeight: 18,
      subtitlePadding: 6,
    },
    axis: {
      domainColor: theme.muted,
      domainOpacity: 0.6,
      gridColor: theme.grid,
      ticks: false,
      labelPadding: 8,
      labelFlush: false,
      labelColor: theme.muted,
      labelFontSize: textSize.label,
      titleColor: theme.ink,
      titleFontSize: 12.5,
      titleFontWeight: 'normal',
      titlePadding: 12,
    },
  }
}
