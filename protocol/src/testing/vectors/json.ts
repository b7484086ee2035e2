/** What JSON holds; bytes stand in it as lower-case hexadecimal. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
