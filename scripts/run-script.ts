import { UserError } from '../src/errors.ts'

/**
 * Runs a script that reads its words with `parseArgs`. A user's mistake is one line after the script's name: exit code 2 for
 * words that `parseArgs` does not know, else the error's own. What else goes wrong is printed whole, exit code 1.
 */
export function runScript(name: string, main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    const slip = error instanceof TypeError && String(Reflect.get(error, 'code')).startsWith('ERR_PARSE_ARGS')
    const hint = `All options: npm run ${name} -- --help`
    const line = slip ? `${error.message.split('. ')[0]}. ${hint}` : error instanceof UserError ? error.message : null
    console.error(line === null ? error : `${name}: ${line}`)
    process.exitCode = slip ? 2 : error instanceof UserError ? error.exitCode : 1
  })
}
