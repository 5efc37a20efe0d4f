import { readFileSync } from 'node:fs'

/** The stub's own for localhost and 127.0.0.1, signed by itself. Its key is public: it proves nothing to anyone else. */
export function certificate(): { readonly key: string; readonly cert: string } {
  const read = (name: string) => readFileSync(new URL(`certificate/localhost-${name}.pem`, import.meta.url), 'utf8')
  return { key: read('key'), cert: read('certificate') }
}
