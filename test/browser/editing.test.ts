/** Through the door, and from the first run to the first undo: edits, files, plans, keys. */
import { changeSetFlows } from './change-sets.ts';
import { doorFlows } from './door.ts';
import { editingFlows } from './editing.ts';
import { togetherFlows } from './editing-together.ts';
import { keyboardFlows } from './keyboard.ts';
import { inBrowser } from './part.ts';

// The first run makes the connection that those after it use.
inBrowser({
  part: 'editing',
  flows: [doorFlows, editingFlows, togetherFlows, changeSetFlows, keyboardFlows],
});
