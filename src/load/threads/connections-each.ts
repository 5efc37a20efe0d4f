/** Connections to open to each endpoint before the window. With several endpoints no share is even at every moment: one that opens its connection in the window would be late. */
export function connectionsEach(clients: number, endpoints: number): number {
  return Math.min(clients, Math.ceil((clients / endpoints) * (endpoints > 1 ? 2 : 1)))
}
