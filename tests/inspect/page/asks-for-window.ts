/** The message that the page of the app logs when the button is there that asks for a window. */
export const asksForWindow = 'The page asks for a window.';
