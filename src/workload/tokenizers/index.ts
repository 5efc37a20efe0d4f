export { bundledVocabularies } from './bundled.ts'
export { resolveTokenizer, shapeTokenizer, type ResolveOptions } from './resolve.ts'
export type { ResolvedTokenizer, TokenizerSource } from './tokenizer.ts'
