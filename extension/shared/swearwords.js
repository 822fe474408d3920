/**
 * Swearwords that the profanity mask hides, in the languages of the interface, with their common
 * forms. Short on purpose: a word that is more often harmless is not in it.
 */
export const SWEARWORDS = [
  // English
  ...['fuck', 'fucks', 'fucked', 'fucker', 'fuckers', 'fucking', 'motherfucker', 'motherfuckers'],
  ...['motherfucking', 'shit', 'shits', 'shitty', 'bullshit', 'asshole', 'assholes', 'bitch'],
  ...['bitches', 'bastard', 'bastards', 'cunt', 'cunts', 'dickhead', 'dickheads', 'wanker'],
  ...['wankers', 'twat', 'twats', 'bollocks', 'goddamn', 'slut', 'sluts', 'whore', 'whores'],
  // German
  ...['Scheiße', 'Scheisse', 'Scheiß', 'scheißegal', 'beschissen', 'Arschloch', 'Arschlöcher'],
  ...['verarscht', 'ficken', 'fick', 'gefickt', 'verfickt', 'verfickte', 'Wichser', 'Fotze'],
  ...['Hurensohn', 'Hurensöhne', 'Schlampe', 'Schlampen', 'Miststück'],
  // Spanish
  ...['mierda', 'joder', 'jodido', 'jodida', 'coño', 'cabrón', 'cabrones', 'gilipollas', 'puta'],
  ...['putas', 'puto', 'putos', 'hijo de puta', 'pendejo', 'pendejos', 'chingar', 'chingada'],
  // French
  ...['merde', 'putain', 'connard', 'connards', 'connasse', 'salope', 'salopes', 'enculé'],
  ...['enculés', 'enfoiré', 'enfoirés', 'bordel de merde', 'fils de pute', 'nique ta mère'],
];
