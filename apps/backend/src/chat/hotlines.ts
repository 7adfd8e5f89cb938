/**
 * DAN's hotlines, as `content/safety/emergency-contacts.md` names them (a test compares them). For DAN Europe lists differ in
 * one digit: this is the number on the page of DAN's own sister organisation (https://www.danap.org/emergency/procedure_step1.php);
 * the content names the other one, too.
 */
export const danHotlines = 'DAN America +1-919-684-9111, DAN Europe +39-06-4211-8685';
