/** What every page stands in: the theme, the data, the router, and the session. */
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, Suspense, useEffect, useState } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { failureOf } from './api/failure.ts';
import { askWhoAmI, useSession } from './api/session.ts';
import { Loading } from './kit/empty.tsx';
import { Problem } from './kit/problem.tsx';
import { Toasts } from './kit/toasts.tsx';
import { PAGES } from './pages.tsx';
import { PATHS } from './paths.ts';
import { NotFound } from './shell/not-found.tsx';
import { PageErrors } from './shell/page-errors.tsx';
import { Shell } from './shell/shell.tsx';
import { SignInPage } from './shell/sign-in-page.tsx';
import { cssVariables, theme } from './styles/theme.ts';

const FRESH_MS = 15_000;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // The client tries again by itself where that helps.
      retry: false,
      refetchOnWindowFocus: (query) => failureOf(query.state.error).status !== 404,
    },
  },
});

/** Of this one page, given by the server; the policy takes no other style element. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
// By this name the scroll lock under a dialog finds it.
Object.assign(globalThis, { __webpack_nonce__: nonce });

export function App(): ReactNode {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      cssVariablesResolver={cssVariables}
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queries}>
        <PageErrors>
          <Pages />
        </PageErrors>
        <Toasts />
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Pages(): ReactNode {
  const session = useSession();
  const bare = PAGES.filter((entry) => entry.isBare === true);
  const framed = PAGES.filter((entry) => entry.isBare !== true);
  return (
    <Suspense fallback={<Loading what="page" />}>
      <Switch>
        {bare.map(({ path, page }) => (
          <Route key={path} path={path} component={page} />
        ))}
        <Route>
          {session.kind === 'asking' ? (
            <Asking />
          ) : session.kind === 'signed-out' ? (
            <SignInPage />
          ) : (
            <Shell>
              <Suspense fallback={<Loading what="page" />}>
                <Switch>
                  <Route path={PATHS.home}>
                    <Redirect to={PATHS.zones} replace />
                  </Route>
                  <Route path={PATHS.signIn}>
                    <Redirect to={PATHS.zones} replace />
                  </Route>
                  {framed.map(({ path, page }) => (
                    <Route key={path} path={path} component={page} />
                  ))}
                  <Route component={NotFound} />
                </Switch>
              </Suspense>
            </Shell>
          )}
        </Route>
      </Switch>
    </Suspense>
  );
}

/** Until it is known whether somebody is signed in. */
function Asking(): ReactNode {
  const [error, setError] = useState<unknown>(null);
  const ask = (): void => {
    setError(null);
    askWhoAmI().catch(setError);
  };
  useEffect(ask, []);
  if (error === null) return <Loading what="session" />;
  return (
    <main className="zw-page">
      <Problem error={error} onRetry={ask} />
    </main>
  );
}
