/** What to do next, line by line: pages as links, commands only to copy. */
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { Copy } from './copy.tsx';
import { Icon } from './icons.tsx';
import { type Piece, piecesOf, type Subject } from './next-step.ts';
import { sentence } from './words.ts';

export function NextSteps({
  lines,
  of,
}: {
  readonly lines: readonly string[];
  readonly of?: Subject;
}): ReactNode {
  if (lines.length === 0) return null;
  return (
    <ul className="zw-next" aria-label="What to do next">
      {lines.map((line) => (
        <li key={line}>
          <span>
            <NextStep line={line} {...(of === undefined ? {} : { of })} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function NextStep({ line, of }: { readonly line: string; readonly of?: Subject }): ReactNode {
  const pieces = piecesOf(line, of);
  const [here] = useLocation();
  return (
    <>
      {pieces.map((piece, index) => (
        <PieceOf
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one line stay in their places.
          key={index}
          piece={piece}
          here={here}
          isFirst={index === 0}
          isLast={index === pieces.length - 1}
        />
      ))}
      {pieces.map((piece) =>
        piece.kind === 'page' ? (
          <Copy key={piece.command} text={piece.command} what={`command: ${piece.command}`} />
        ) : null,
      )}
    </>
  );
}

function PieceOf({
  piece,
  here,
  isFirst,
  isLast,
}: {
  readonly piece: Piece;
  readonly here: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}): ReactNode {
  switch (piece.kind) {
    case 'text':
      return isFirst ? begun(piece.text, isLast) : piece.text;
    case 'address':
      return (
        <a href={piece.href} target="_blank" rel="noreferrer">
          {piece.href.replace(/^https:\/\//, '')} <Icon name="external" size={12} />
        </a>
      );
    case 'page':
      // What is done on this very page has its button here.
      return here === piece.href ? piece.label : <Link href={piece.href}>{piece.label}</Link>;
    case 'command':
      return (
        <span className="zw-next__command">
          <span className="soft">on the command line </span>
          <code className="mono">{piece.command}</code> <Copy text={piece.command} what="command" />
        </span>
      );
    default:
      return piece satisfies never;
  }
}

/** With a capital; with a full stop where it is all there is. */
function begun(text: string, isAll: boolean): string {
  if (isAll) return sentence(text);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
