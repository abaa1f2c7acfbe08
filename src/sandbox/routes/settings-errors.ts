/** Refusals of the zone settings (§6.1); [U] marks what is inferred. */
import { type ApiError, refusal } from '../api-error.ts';

/** [U] which names are answered with code 400 and "Undefined zone setting: X" instead. */
export const unknownSetting = (): ApiError => refusal(400, 1006, 'Unrecognized zone setting name');

/** A setting that nobody may change. [U] exact text */
export const settingFixed = (id: string): ApiError =>
  refusal(400, 1025, `It is not possible to change the setting ${id}`);

/** The plan does not have it. [U] exact text before "cannot be modified" */
export const settingNotAvailable = (id: string): ApiError =>
  refusal(400, 1057, `${id} cannot be modified for this zone`);

/** [U] code and text */
export const invalidSettingValue = (id: string): ApiError =>
  refusal(400, 1007, `Invalid value for zone setting ${id}`);
