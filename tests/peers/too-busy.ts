/** Thrown by a scenario about time, when the machine is so busy that it spreads the clients itself. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
}
