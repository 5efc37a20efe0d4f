import { quantileOf } from './bench-run.ts'
import type { ClientId } from './clients/index.ts'

/** `>=`: the stub could not give more, and the client may be better. `<`: below the lowest that was tried. */
export type Sign = '' | '>=' | '<'

/** The median over rounds. */
export interface Figure {
  readonly client: ClientId
  /** At what load, e.g. `1024 streams`. */
  readonly shape: string
  readonly name: string
  readonly value: number
  readonly sign: Sign
  readonly rounds: readonly number[]
}

/** Everything that was measured, by client, shape and name. Values are in seconds, bytes, shares or events a second. */
export class Figures {
  readonly #all = new Map<string, { key: Pick<Figure, 'client' | 'shape' | 'name'>; rounds: number[]; sign: Sign }>()

  /** NaN is left out. */
  add(client: ClientId, shape: string, values: Readonly<Record<string, number>>, sign: Sign = ''): void {
    for (const [name, value] of Object.entries(values)) {
      if (Number.isNaN(value)) continue
      const id = `${client}/${shape}/${name}`
      const figure = this.#all.get(id) ?? { key: { client, shape, name }, rounds: [], sign: '' }
      figure.rounds.push(value)
      if (sign !== '') figure.sign = sign
      this.#all.set(id, figure)
    }
  }

  get(client: ClientId, shape: string, name: string): Figure | null {
    const found = this.#all.get(`${client}/${shape}/${name}`)
    if (found === undefined) return null
    return { ...found.key, rounds: found.rounds, sign: found.sign, value: quantileOf(found.rounds, 0.5) }
  }

  all(): Figure[] {
    return [...this.#all.values()].map(({ key: { client, shape, name } }) => this.get(client, shape, name)!)
  }

  shapes(): string[] {
    return [...new Set(this.all().map(({ shape }) => shape))]
  }
}
