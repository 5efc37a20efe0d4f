import { expect, test } from 'vitest'
import type { JsonPath } from '../backends/backend.ts'
import { jsonPlaces } from './json-places.ts'

/** What stands at the paths, as text; `before` stands in front of it in the same bytes. */
function at(json: string, ...paths: JsonPath[]): (string | null)[] | null {
  const before = Buffer.from('{"a":')
  const bytes = Buffer.concat([before, Buffer.from(json)])
  const places = jsonPlaces(bytes, before.length, bytes.length, paths)
  return places && places.map((place) => place && `${place.kind} ${bytes.toString('utf8', place.start, place.end)}`)
}

test('strings and numbers are found by their path, whatever stands around them', () => {
  const json = '{"b":[[1],{"a":"no"}], "a": [ {"t" :"x"} , {"t":"yes", "n":-1.5e3}] ,"n":12}'
  expect(at(json, ['a', 1, 't'], ['a', 1, 'n'], ['n'], ['b', 0, 0])).toEqual([
    'string yes',
    'number -1.5e3',
    'number 12',
    'number 1',
  ])
})

test('a path that leads to nothing, to an object, or to no string or number, has no place', () => {
  expect(at('{"a":{"b":null},"c":true}', ['a'], ['a', 'b'], ['a', 'c'], ['c'], ['a', 0])).toEqual(Array(5).fill(null))
})

test('quotes and backslashes within strings end nothing', () => {
  expect(at(String.raw`{"x":"}\"\\","a":"\"b\""}`, ['a'])).toEqual([String.raw`string \"b\"`])
})

test.each([
  ['a key is there twice', '{"a":1,"a":2}'],
  ['a key is written with an escape', String.raw`{"\u0061":2,"a":1}`],
  ['a key is beyond ASCII', '{"ä":2,"a":1}'],
])('where %s nothing is found', (_, json) => {
  expect(at(json, ['a'])).toBeNull()
})

test('such keys elsewhere are no matter', () => {
  expect(at('{"b":{"c":1,"c":2,"ä":1},"a":3}', ['a'])).toEqual(['number 3'])
})
