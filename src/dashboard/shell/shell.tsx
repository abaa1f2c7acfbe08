/** The frame of every page: navigation at the side (behind a button on a phone), the page beside it. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { signOut, useSession } from '../api/session.ts';
import { Badge } from '../kit/badge.tsx';
import { useHotkey } from '../kit/hotkeys.ts';
import { Icon } from '../kit/icons.tsx';
import { NAV_GROUPS, PAGES } from '../pages.tsx';
import { PATHS } from '../paths.ts';
import { Brand } from './brand.tsx';
import { KeysHelp } from './keys-help.tsx';
import { PageErrors } from './page-errors.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const [location] = useLocation();
  const [isOpen, setOpen] = useState(false);
  const [showsKeys, setShowsKeys] = useState(false);
  useHotkey('?', () => setShowsKeys(true));
  // biome-ignore lint/correctness/useExhaustiveDependencies: going to another page closes the navigation.
  useEffect(() => setOpen(false), [location]);
  return (
    <div className="zw-shell">
      <a className="zw-skip" href="#page">
        To the page
      </a>
      <header className="zw-bar">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Navigation"
          aria-expanded={isOpen}
          aria-controls="navigation"
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name={isOpen ? 'cancel' : 'menu'} />
        </ActionIcon>
        <Brand />
      </header>
      <div className={isOpen ? 'zw-rail is-open' : 'zw-rail'} id="navigation">
        <Link href={PATHS.home} className="zw-rail__brand" aria-label="Zoneward, first page">
          <Brand />
        </Link>
        <Place />
        <nav aria-label="Pages" className="grow">
          {NAV_GROUPS.map((group) => (
            <NavSection key={group} group={group} location={location} />
          ))}
        </nav>
        <footer className="row row--tight">
          <ThemeSwitch />
          <Tooltip label="Keys">
            <ActionIcon variant="subtle" color="gray" aria-label="Keys" onClick={() => setShowsKeys(true)}>
              <kbd className="zw-kbd">?</kbd>
            </ActionIcon>
          </Tooltip>
          <a className="zw-rail__docs" href="/docs">
            API
          </a>
          <button type="button" className="zw-plainbutton" onClick={() => void signOut()}>
            Sign out
          </button>
        </footer>
      </div>
      <main id="page" className="zw-main" tabIndex={-1}>
        <PageErrors key={location.split('/')[1] ?? ''}>{children}</PageErrors>
      </main>
      <KeysHelp isOpen={showsKeys} onClose={() => setShowsKeys(false)} />
    </div>
  );
}

/** That this is no Cloudflare, or which tenant it is about, where that needs saying. */
function Place(): ReactNode {
  const state = useSession();
  if (state.kind !== 'signed-in') return null;
  const { server, tenant } = state.session;
  const isOther = tenant !== null && tenant !== 'local';
  if (!server.sandbox && !isOther) return null;
  return (
    <div className="row row--tight zw-rail__place">
      {server.sandbox ? (
        <span title={server.cloudflare}>
          <Badge tone="unknown">local sandbox</Badge>
        </span>
      ) : null}
      {isOther ? <Badge>{tenant}</Badge> : null}
    </div>
  );
}

function NavSection({ group, location }: { readonly group: string; readonly location: string }): ReactNode {
  const entries = PAGES.flatMap(({ nav, path }) => (nav?.group === group ? [{ ...nav, path }] : []));
  if (entries.length === 0) return null;
  return (
    <section aria-label={group}>
      <h2 className="zw-rail__group">{group}</h2>
      <ul>
        {entries.map(({ label, icon, path }) => {
          const href = path.replace('/*?', '');
          const isHere = location === href || location.startsWith(`${href}/`);
          return (
            <li key={path}>
              <Link href={href} className="zw-rail__link" {...(isHere ? { 'aria-current': 'page' } : {})}>
                <Icon name={icon} />
                {label}
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
