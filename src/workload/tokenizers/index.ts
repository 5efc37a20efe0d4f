export { bundledVocabularies } from './bundled.ts'
export { resolveTokenizer, shapeTokenizer, type ResolveOptions } from './resolve.ts'
export { isOwnTokenizer, type ResolvedTokenizer, type TokenizerSource } from './tokenizer.ts'
