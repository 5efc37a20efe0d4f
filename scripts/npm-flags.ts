import { isSuiteFlag } from '../src/plan/flags.ts'

/** npm's own settings that share a name with a flag of ours, or that every npm run sets. */
const npmsOwn = new Set(['header', 'env', 'label', 'timeout', 'help', 'seed', 'lock'])
const vitests = new Set(['project', 'tags-filter', 'shard'])

/** Flags that stood before npm's `--`: npm keeps them as its own settings and the script never sees them. */
export function flagsTakenByNpm(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(env).flatMap((name) => {
    const flag = /^npm_config_(.+)$/.exec(name)?.[1]?.replaceAll('_', '-')
    if (flag === undefined || npmsOwn.has(flag)) return []
    return vitests.has(flag) || isSuiteFlag(`--${flag}`) ? [`--${flag}`] : []
  })
}
