/** The time zone of a name, as this runtime's database spells it; null where it has none so called. An offset is no name. */
export const zoneCalled = (name: string): string | null => {
  if (!/^[A-Za-z]/.test(name)) return null;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch {
    return null;
  }
};
