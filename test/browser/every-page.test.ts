/** Every page in both themes and on a phone. */
import { everyPage } from './every-page.ts';
import { livedIn } from './lived-in.ts';
import { inBrowser } from './part.ts';

inBrowser({ part: 'every-page', prepare: livedIn, flows: [everyPage] });
