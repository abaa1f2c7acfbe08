/** One setting, given as what it may be: one of a few, some of a few, a number, a list, a text. */
import { Checkbox, NativeSelect, NumberInput, TagsInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { Badge } from '../../kit/badge.tsx';
import { formatSpan } from '../../kit/clock.ts';
import { faultOf, type SettingRow } from './setting-rows.ts';

interface FieldProps {
  readonly row: SettingRow;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function SettingField({ row, value, onChange }: FieldProps): ReactNode {
  const { name, title, text, isEditable } = row;
  if (!isEditable) return <Fixed row={row} />;
  const isChanged = value !== text;
  return (
    <div className="zw-setting" data-changed={isChanged || undefined}>
      <label htmlFor={idOf(name)} title={name}>
        {title.charAt(0).toUpperCase() + title.slice(1)}
        <span className="tiny soft mono">{name}</span>
      </label>
      <Input row={row} value={value} onChange={onChange} />
      {isChanged ? <Badge tone="update">was {text === '' ? 'empty' : text}</Badge> : null}
    </div>
  );
}

function idOf(name: string): string {
  return `setting-${name}`;
}

function Fixed({ row: { name, title, text, error } }: { readonly row: SettingRow }): ReactNode {
  return (
    <div className="zw-setting is-fixed">
      <span className="zw-setting__name" title={name}>
        {title.charAt(0).toUpperCase() + title.slice(1)}
        <span className="tiny soft mono">{name}</span>
      </span>
      {error === null ? (
        <>
          <span className="mono cut" title={text}>
            {text === '' ? <span className="soft">empty</span> : text}
          </span>
          <span className="tiny soft">not to be changed on this plan, or by this credential</span>
        </>
      ) : (
        <span className="small zw-setting__error">{error}</span>
      )}
    </div>
  );
}

function Input({ row, value, onChange }: FieldProps): ReactNode {
  const { name, input } = row;
  const id = idOf(name);
  const list = value === '' ? [] : value.split(',');
  switch (input.kind) {
    case 'choice':
      return (
        <NativeSelect
          id={id}
          size="xs"
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          data={input.choices.map((one) => ({ value: one, label: choiceLabel(name, one) }))}
        />
      );
    case 'number':
      return (
        <NumberInput
          id={id}
          size="xs"
          value={value}
          onChange={(next) => onChange(String(next))}
          min={input.min}
          max={input.max}
          clampBehavior="none"
          allowDecimal={false}
          allowNegative={false}
          error={faultOf(row, value)}
        />
      );
    case 'some':
      return <SomeOf id={id} name={name} known={input.known} chosen={list} onChange={onChange} />;
    case 'list':
      return (
        <TagsInput
          id={id}
          size="xs"
          value={list}
          onChange={(next) => onChange(next.join(','))}
          splitChars={[',', ' ']}
        />
      );
    case 'text':
      return (
        <TextInput
          id={id}
          size="xs"
          value={value}
          {...(input.charsMax > 0 ? { maxLength: input.charsMax } : {})}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    default:
      return input satisfies never;
  }
}

function SomeOf({
  id,
  name,
  known,
  chosen,
  onChange,
}: {
  readonly id: string;
  readonly name: string;
  readonly known: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (value: string) => void;
}): ReactNode {
  const toggled = (one: string, isOn: boolean): string =>
    known.filter((other) => (other === one ? isOn : chosen.includes(other))).join(',');
  return (
    <fieldset className="zw-fieldset row row--tight" id={id} aria-label={name}>
      {known.map((one) => (
        <Checkbox
          key={one}
          size="xs"
          label={one}
          checked={chosen.includes(one)}
          onChange={(event) => onChange(toggled(one, event.currentTarget.checked))}
        />
      ))}
    </fieldset>
  );
}

/** Times of settings are seconds, sizes of uploads megabytes. */
function choiceLabel(name: string, value: string): string {
  if (value === '') return 'empty';
  if (name === 'max_upload') return `${value} MB`;
  if (!name.endsWith('_ttl')) return value.replaceAll('_', ' ');
  if (value === '0') return 'as the origin says';
  const seconds = Number(value);
  const days = seconds / 86_400;
  const words = days >= 1 ? `${days} ${days === 1 ? 'day' : 'days'}` : formatSpan(seconds * 1_000);
  return `${words} (${value})`;
}
