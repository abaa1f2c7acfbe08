/** Transfers as they go out. */
import { z } from '@hono/zod-openapi';
import { texts } from './common.ts';

const price = z.strictObject({ currency: z.string(), transfer: z.string(), renewal: z.string() });

export const transferListShape: z.ZodType = z
  .strictObject({
    items: z.array(
      z
        .strictObject({
          name: z.string(),
          transferable: z.boolean(),
          price: price.nullable().openapi({ description: 'As decimal strings' }),
          reasons: texts.openapi({ description: "Cloudflare's words for why not" }),
          message: z.string().nullable(),
          next: texts,
        })
        .openapi('TransferOffer'),
    ),
  })
  .openapi('TransferOfferList');
