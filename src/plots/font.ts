import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** First the font that measures and draws the PNG; the others have nearly the same widths or are always there. */
export const fontFamily = 'DejaVu Sans, Verdana, Geneva, sans-serif'

const directory = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf')
export const fontFiles = {
  normal: join(directory, 'DejaVuSans.ttf'),
  bold: join(directory, 'DejaVuSans-Bold.ttf'),
} as const
export type FontWeight = keyof typeof fontFiles

interface Widths {
  readonly unitsPerEm: number
  readonly advance: (codePoint: number) => number
}

const loaded = new Map<FontWeight, Widths>()

/** Width in pixels of one line, from the advance widths of DejaVu Sans (kerning left out). */
export function measureText(text: string, fontSize: number, weight: FontWeight = 'normal'): number {
  let widths = loaded.get(weight)
  if (widths === undefined) {
    widths = readWidths(readFileSync(fontFiles[weight]))
    loaded.set(weight, widths)
  }
  let units = 0
  for (const character of text) units += widths.advance(character.codePointAt(0) ?? 0)
  return (units * fontSize) / widths.unitsPerEm
}

/** Breaks a text into lines of at most `maxWidth` pixels: at spaces, else after `/ - _ . =`, else anywhere. */
export function wrapText(text: string, maxWidth: number, fontSize: number, weight: FontWeight = 'normal'): string[] {
  const fits = (line: string) => measureText(line.trimEnd(), fontSize, weight) <= maxWidth
  const lines: string[] = []
  let line = ''
  const push = (piece: string) => {
    if (line !== '' && !fits(line + piece)) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += piece
  }
  for (const word of text.match(/\S+\s*/g) ?? []) {
    if (fits(word)) push(word)
    else for (const part of word.split(/(?<=[/\-_.=])/)) (fits(part) ? [part] : Array.from(part)).forEach(push)
  }
  if (line !== '') lines.push(line.trimEnd())
  return lines
}

/** The tables of a TrueType file that hold advance widths (https://learn.microsoft.com/typography/opentype/spec/). */
function readWidths(font: Buffer): Widths {
  const table = (tag: string): number => {
    for (let i = 0; i < font.readUInt16BE(4); i++) {
      const entry = 12 + 16 * i
      if (font.toString('latin1', entry, entry + 4) === tag) return font.readUInt32BE(entry + 8)
    }
    throw new Error(`font has no ${tag} table`)
  }
  const unitsPerEm = font.readUInt16BE(table('head') + 18)
  const longMetrics = font.readUInt16BE(table('hhea') + 34)
  const hmtx = table('hmtx')
  const groups = findGroups(font, table('cmap'))
  const glyph = (codePoint: number): number => {
    let low = 0
    let high = font.readUInt32BE(groups + 12) - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const group = groups + 16 + 12 * middle
      if (codePoint < font.readUInt32BE(group)) high = middle - 1
      else if (codePoint > font.readUInt32BE(group + 4)) low = middle + 1
      else return font.readUInt32BE(group + 8) + codePoint - font.readUInt32BE(group)
    }
    return 0
  }
  return {
    unitsPerEm,
    advance: (codePoint) => font.readUInt16BE(hmtx + 4 * Math.min(glyph(codePoint), longMetrics - 1)),
  }
}

/** Offset of the character map's subtable of format 12 (sorted groups of code points). */
function findGroups(font: Buffer, cmap: number): number {
  for (let i = 0; i < font.readUInt16BE(cmap + 2); i++) {
    const subtable = cmap + font.readUInt32BE(cmap + 4 + 8 * i + 4)
    if (font.readUInt16BE(subtable) === 12) return subtable
  }
  throw new Error('font has no character map of format 12')
}
