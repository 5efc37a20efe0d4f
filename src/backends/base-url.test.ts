import { expect, test } from 'vitest'
import { UserError } from '../errors.ts'
import { normalizeBaseUrl, serverRoot } from './base-url.ts'

test.each([
  ['http://host:8000', 'http://host:8000/v1'],
  ['http://host:8000/', 'http://host:8000/v1'],
  ['https://host/v1', 'https://host/v1'],
  ['https://host/v1///', 'https://host/v1'],
  ['http://host:8000/v1/chat/completions', 'http://host:8000/v1'],
  ['http://host:8000/v1/completions', 'http://host:8000/v1'],
  ['http://host:8000/v1/models/', 'http://host:8000/v1'],
  ['http://host:8000/completions', 'http://host:8000/v1'],
  ['https://host/api/v1', 'https://host/api/v1'],
  ['https://host/paas/v4/', 'https://host/paas/v4'],
  ['https://host/v1beta/openai', 'https://host/v1beta/openai'],
  ['http://host/proxy', 'http://host/proxy/v1'],
  ['HTTP://Host:80', 'http://host/v1'],
  ['  http://host:8000 ', 'http://host:8000/v1'],
  ['http://[::1]:8000', 'http://[::1]:8000/v1'],
  ['localhost:8000', 'http://localhost:8000/v1'],
  ['localhost', 'http://localhost/v1'],
  ['gpu-box:8000/v1', 'http://gpu-box:8000/v1'],
  ['10.0.0.7', 'http://10.0.0.7/v1'],
])('%s means %s', (input, url) => {
  expect(normalizeBaseUrl(input)).toBe(url)
})

test.each([
  ['http://host:8000', 'http://host:8000'],
  ['http://host:8000/', 'http://host:8000'],
  ['http://host:8000/v1', 'http://host:8000'],
  ['http://host:8000/v1/chat/completions', 'http://host:8000'],
  ['http://host:8000/generate', 'http://host:8000'],
  ['http://host:11434/api/generate', 'http://host:11434'],
  ['http://host:11434/api/chat', 'http://host:11434'],
  ['http://host/api', 'http://host/api'],
  ['https://llama.westeurope.inference.ml.azure.com/score', 'https://llama.westeurope.inference.ml.azure.com'],
  ['http://10.0.0.7/api/v1/endpoint/llama/score', 'http://10.0.0.7/api/v1/endpoint/llama'],
  ['localhost:8080', 'http://localhost:8080'],
])('%s as a root means %s', (input, url) => {
  expect(normalizeBaseUrl(input, 'root')).toBe(url)
})

test.each([
  ['', '--base-url is empty. Write e.g. http://localhost:8000'],
  [
    'api.example.com',
    '--base-url "api.example.com" has no scheme. Write https://api.example.com/ or http://api.example.com/',
  ],
  ['ftp://host', '--base-url must begin with http:// or https://, not ftp://'],
  ['http://', '--base-url "http://" is no address. Write e.g. http://localhost:8000'],
  ['http://host:99999', '--base-url "http://host:99999" is no address. Write e.g. http://localhost:8000'],
  ['http://host/v1?api-version=2', '--base-url must not hold a query (?...): http://host/v1'],
  ['http://host/v1#x', '--base-url must not hold a fragment (#...): http://host/v1'],
])('"%s" is refused', (input, message) => {
  expect(() => normalizeBaseUrl(input)).toThrow(new UserError(message, 2))
})

test.each(['http://me:hunter2@host', 'http://hunter2@host', 'me:hunter2@host:1', 'http://me:hunter2@host:99999'])(
  'a password in %s is refused and not repeated',
  (input) => {
    let message = ''
    try {
      normalizeBaseUrl(input)
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain('--base-url')
    expect(message).not.toContain('hunter2')
  },
)

test.each([
  ['http://host:8000/v1', 'http://host:8000'],
  ['http://host/proxy/v1', 'http://host/proxy'],
  ['https://host/v1beta/openai', 'https://host/v1beta/openai'],
])('beside %s lies %s', (baseUrl, root) => {
  expect(serverRoot(baseUrl)).toBe(root)
})
