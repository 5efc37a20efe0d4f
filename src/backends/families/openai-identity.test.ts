import { describe, expect, test } from 'vitest'
import { lists, probe } from './testing/probed-server.ts'

describe('identity', () => {
  test('llama-server tells of itself at /props; a slot holds less than the model', async () => {
    const found = await probe({
      models: lists({ id: 'm', meta: { n_ctx_train: 32768 } }),
      routes: {
        '/props': { body: { build_info: 'b1-7e4c0a9', total_slots: 4, default_generation_settings: { n_ctx: 2048 } } },
        '/tokenize': { body: { tokens: [5, 6, 7] } },
      },
    })
    expect(found).toMatchObject({ version: 'b1-7e4c0a9', maxModelLength: 2048 })
    expect(found.identity['props']).toMatchObject({ total_slots: 4, n_ctx: 2048 })
    expect(found.capabilities.tokenizeUrl).not.toBeNull()
  })
  test('SGLang tells its version among much else, which is not kept', async () => {
    const found = await probe({ routes: { '/server_info': { body: { version: '0.5.23', api_key: 'secret' } } } })
    expect(found.version).toBe('0.5.23')
    expect(JSON.stringify(found.identity)).not.toContain('secret')
  })
  test('what changes with each start or question is not kept', async () => {
    const entry = { id: 'm', root: '/models/m', created: 1795299073, permission: [{ id: 'modelperm-1' }] }
    expect((await probe({ models: lists(entry) })).identity['model']).toEqual({ id: 'm', root: '/models/m' })
  })
  test('a server that tells nothing', async () => {
    const found = await probe({})
    expect([found.version, found.capabilities.tokenizeUrl]).toEqual([null, null])
  })
})
