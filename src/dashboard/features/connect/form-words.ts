/** What the server says, in the words of a form: it names fields as its command line does. */

/** `--token is cut off. → copy it again` as `The token is cut off.`: what to do stands below it. */
export function inWordsOfTheForm(text: string): string {
  return text
    .replace(/\s*→.*$/s, '')
    .replaceAll(/--([a-z][a-z-]*)/g, (_, flag: string) => `the ${flag.replaceAll('-', ' ')}`)
    .replaceAll(/(^|[.!?]\s+)the /g, '$1The ');
}
