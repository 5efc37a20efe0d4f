import { getCACertificates } from 'node:tls'

/** Empty where no address speaks TLS: reading them takes a while. */
export function authoritiesFor(urls: readonly string[]): readonly string[] {
  return urls.some((url) => new URL(url).protocol === 'https:') ? trustedAuthorities() : []
}

type Store = 'default' | 'system' | 'extra'

/**
 * The authorities that every TLS connection of a run trusts, as PEM texts without repeats: Node's own, the system's
 * (SSL_CERT_FILE counts) and NODE_EXTRA_CA_CERTS. Make one secure context of it: it holds hundreds.
 */
export function trustedAuthorities(
  read: (store: Store) => readonly string[] = (store) => getCACertificates(store),
): string[] {
  const stores: readonly Store[] = ['default', 'system', 'extra']
  return [...new Set(stores.flatMap((store) => read(store).map((pem) => pem.trim())))]
}
