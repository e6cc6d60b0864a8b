// For calls that need no body. One that is there is still read, so that it must be a JSON object, as everywhere.
import { z } from 'zod';

export const noBody = z.object({});
