/** The demos by the ids of their tabs. */
export const demos = [
  'chat',
  'dashboard',
  'notifications',
  'upload',
  'tokens',
  'endpoint',
  'status',
] as const
