/** What the server told to have changed, by how often: whoever shows it reads it anew. */
class Told {
  bot = $state(0);
  articles = $state(0);
  contacts = $state(0);
}

export const told = new Told();
