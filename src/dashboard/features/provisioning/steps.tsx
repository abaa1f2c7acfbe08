/** The steps of a provisioning: their names for people, their states with the colours that mean them. */
import type { ReactNode } from 'react';
import type { Provisioning } from '../../../client/index.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';
import { Icon, type IconName } from '../../kit/icons.tsx';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Time } from '../../kit/time.tsx';

export type Step = Provisioning['steps'][number];

const TITLES: Readonly<Record<string, string>> = {
  register: 'Register the name',
  zone: 'Make the zone',
  nameservers: 'Point the nameservers at Cloudflare',
  activation: 'Become active at Cloudflare',
  records: 'Put the records in',
  tls: 'Set TLS',
  dnssec: 'Sign with DNSSEC',
  verify: 'Ask the world whether it sees it',
};

export function titleOf(name: string): string {
  return TITLES[name] ?? name;
}

const TONES: Readonly<Record<Step['state'], Tone>> = {
  todo: 'plain',
  waiting: 'update',
  action: 'risk',
  failed: 'delete',
  skipped: 'plain',
  done: 'create',
};
const WORDS: Readonly<Record<Step['state'], string>> = {
  todo: 'to do',
  waiting: 'waits',
  action: 'needs you',
  failed: 'failed',
  skipped: 'not wanted',
  done: 'done',
};
const SIGNS: Readonly<Record<Step['state'], IconName>> = {
  todo: 'dots',
  waiting: 'refresh',
  action: 'flag',
  failed: 'cancel',
  skipped: 'dots',
  done: 'check',
};

const STATE_TONES: Readonly<Record<Provisioning['state'], Tone>> = {
  going: 'update',
  live: 'create',
  removing: 'risk',
  removed: 'plain',
};

/** While it is going, what the step that holds it says counts more. */
export function ProvisioningState({
  provisioning: { state, steps, holding },
}: {
  readonly provisioning: Pick<Provisioning, 'state' | 'steps' | 'holding'>;
}): ReactNode {
  const held = steps.find(({ name }) => name === holding)?.state;
  if (state === 'going' && (held === 'action' || held === 'failed'))
    return <Badge tone={TONES[held]}>{WORDS[held]}</Badge>;
  return <Badge tone={STATE_TONES[state]}>{state}</Badge>;
}

/** It goes on by itself. */
export function isMoving({ state }: Provisioning): boolean {
  return state === 'going' || state === 'removing';
}

/** All steps on one line, for lists. */
export function StepBar({ steps }: { readonly steps: readonly Step[] }): ReactNode {
  const done = steps.filter(({ state }) => state === 'done' || state === 'skipped').length;
  return (
    <span className="zw-stepbar" role="img" aria-label={`${done} of ${steps.length} steps done`}>
      {steps.map(({ name, state }) => (
        <span key={name} className={`is-${state}`} title={`${titleOf(name)}: ${WORDS[state]}`} />
      ))}
    </span>
  );
}

export function Stepper({
  steps,
  holding,
}: {
  readonly steps: readonly Step[];
  readonly holding: string | null;
}): ReactNode {
  return (
    <ol className="zw-stepper">
      {steps.map(({ name, state, reason, next, at }) => (
        <li key={name} className={`is-${state}`} {...(name === holding ? { 'aria-current': 'step' } : {})}>
          <span className="zw-stepper__sign">
            <Icon name={SIGNS[state]} size={14} />
          </span>
          <div className="grow stack stack--tight">
            <div className="row row--apart">
              <h3>{titleOf(name)}</h3>
              <span className="row small soft">
                {at === null ? null : <Time at={at} />}
                <Badge tone={TONES[state]}>{WORDS[state]}</Badge>
              </span>
            </div>
            {reason === '' ? null : <p className="small">{reason}</p>}
            <NextSteps lines={next} />
          </div>
        </li>
      ))}
    </ol>
  );
}
