import { expect, test } from 'vitest'
import { flagsTakenByNpm } from './npm-flags.ts'

test("a flag before npm's -- is found in its settings", () => {
  expect(flagsTakenByNpm({ npm_config_project: 'smoke', npm_config_base_url: 'http://h:1' })).toEqual([
    '--project',
    '--base-url',
  ])
})

test('settings of npm itself are left alone', () => {
  expect(
    flagsTakenByNpm({ npm_config_cache: '/c', npm_config_user_agent: 'npm', npm_config_header: 'x', PATH: '/bin' }),
  ).toEqual([])
})
