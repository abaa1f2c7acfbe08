/** Refusals of the zone settings (§6.1); [U] marks what is inferred. */
import { type ApiError, refusal } from '../api-error.ts';

/** Seen with this code as "Unrecognized zone setting name" and, without code, as "Undefined zone setting: X". */
export const unknownSetting = (id: string): ApiError =>
  refusal(400, 1006, `Unrecognized zone setting name: Undefined zone setting: ${id}`);

/** A setting that nobody may change. [U] exact text */
export const settingFixed = (id: string): ApiError =>
  refusal(400, 1025, `It is not possible to change the setting ${id}`);

/** The plan does not have it. [U] exact text before "cannot be modified" */
export const settingNotAvailable = (id: string): ApiError =>
  refusal(400, 1057, `${id} cannot be modified for this zone`);

/** [U] code and text */
export const invalidSettingValue = (id: string): ApiError =>
  refusal(400, 1007, `Invalid value for zone setting ${id}`);
