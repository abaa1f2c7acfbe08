/** What a file is called in messages, as the API takes it. */
const FILE_NAME_MAX = 255;

/** The end of a long one: that tells most. */
export function fileName(file: string): string {
  return file.slice(-FILE_NAME_MAX);
}

/** Standard input has no name that the server would know. */
export function namedFile(file: string): { readonly file?: string } {
  return file === '-' ? {} : { file: fileName(file) };
}
