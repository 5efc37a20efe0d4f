import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { UserError } from '../errors.ts'
import { describeIssue } from '../issue-words.ts'

export interface ChatMessage {
  readonly role: string
  readonly content: string
}

/** One line of a prompts file. */
export interface FilePrompt {
  /** Line number, from 1. */
  readonly line: number
  /** The prompt, or the messages' texts joined by line feeds. */
  readonly prompt: string
  readonly messages: readonly ChatMessage[] | null
  readonly maxTokens: number | null
  readonly session: string | null
  readonly turn: number | null
}

export interface PromptsFile {
  readonly path: string
  readonly prompts: readonly FilePrompt[]
  /** Keys that occur but mean nothing here. */
  readonly ignoredKeys: readonly string[]
}

const line = z
  .looseObject({
    prompt: z.string().min(1).optional(),
    messages: z
      .array(z.object({ role: z.string().min(1), content: z.string() }))
      .min(1)
      .optional(),
    max_tokens: z.int().positive().optional(),
    session: z.union([z.string(), z.number()]).optional(),
    turn: z.int().min(0).optional(),
  })
  .refine(
    (value) => (value.prompt === undefined) !== (value.messages === undefined),
    'needs "prompt" or "messages", one of them',
  )

const knownKeys = new Set(['prompt', 'messages', 'max_tokens', 'session', 'turn'])

/** Reads JSON lines; empty lines are skipped. Throws UserError that names file and line. */
export async function readPromptsFile(path: string): Promise<PromptsFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new UserError(`prompts file: cannot read ${path} (${(error as NodeJS.ErrnoException).code})`, 2)
  }
  const ignoredKeys = new Set<string>()
  const prompts: FilePrompt[] = []
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (raw.trim() === '') continue
    const entry = parseLine(raw, `prompts file: ${path}, line ${index + 1}`)
    for (const key of Object.keys(entry)) if (!knownKeys.has(key)) ignoredKeys.add(key)
    prompts.push({
      line: index + 1,
      prompt: entry.prompt ?? (entry.messages ?? []).map((message) => message.content).join('\n'),
      messages: entry.messages ?? null,
      maxTokens: entry.max_tokens ?? null,
      session: entry.session === undefined ? null : String(entry.session),
      turn: entry.turn ?? null,
    })
  }
  if (prompts.length === 0) throw new UserError(`prompts file: ${path} is empty`, 2)
  return { path, prompts, ignoredKeys: [...ignoredKeys].sort() }
}

function parseLine(raw: string, where: string): z.output<typeof line> {
  let json: unknown
  try {
    json = JSON.parse(raw)
  } catch {
    throw new UserError(`${where}: not JSON`, 2)
  }
  const parsed = line.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UserError(`${where}: ${issue ? describeIssue(issue, json) : 'not understood'}`, 2)
}
