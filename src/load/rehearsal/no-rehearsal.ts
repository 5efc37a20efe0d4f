/** The word that tells a load process, and its threads, not to rehearse: where no figure of theirs matters. */
export const noRehearsal = '--no-rehearsal'

export const wordsFor = (rehearses: boolean): readonly string[] => (rehearses ? [] : [noRehearsal])

/** What this process or thread was told. */
export const rehearses = !process.argv.includes(noRehearsal)
