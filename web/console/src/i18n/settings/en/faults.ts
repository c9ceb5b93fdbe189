import type { FaultCode, Phrase } from "@switchboard/protocol";

/** Why a webhook's call, a training or an import failed, and what is not possible now. */
export const faults = {
  "fault.webhook_removed": "The webhook was removed before this was sent.",
  "fault.webhook_turned_off": "The webhook was turned off. Turn it on, then send this again.",
  "fault.webhook_not_needed":
    "The customer read it meanwhile, or is reached another way by now. Nothing to do.",
  "fault.webhook_no_secret": "There is no secret yet. Make one above.",
  "fault.webhook_secret_unreadable":
    "The secret cannot be read any more. Make a new one above, and keep it in your program.",
  "fault.webhook_status": "Your program answered HTTP {status}. Look into its log.",
  "fault.webhook_answered": "Your program answered HTTP {status}: {said}",
  "fault.webhook_inside":
    "{host} is an address inside a network, which webhooks may not call. Give one that is reachable from outside.",
  "fault.webhook_no_answer":
    "Your program did not answer within {seconds} seconds. Let it answer first and work afterwards.",
  "fault.webhook_no_such_name": "There is no server of this name ({error}). Check the address.",
  "fault.webhook_not_secure": "The certificate of the address is not valid ({error}). Renew it.",
  "fault.webhook_not_reached":
    "Nobody answers at the address ({error}). Check it, and whether your program runs.",
  "fault.webhook_redirections": "The address leads on more than {most} times. Give the last one.",

  "fault.place": "File {file}. {what}",
  "fault.place.line": "File {file}, line {line}. {what}",
  "fault.training_too_long":
    "It took longer than {seconds} seconds and was stopped. Take out some of the examples.",
  "fault.training_broke":
    "The training ended by itself ({status}: {said}). Try again; if it stays so, ask whoever runs the server.",
  "fault.training_died":
    "The training was stopped ({status}), perhaps for want of memory. Try again; if it stays so, ask whoever runs the server.",
  "fault.training_failed":
    "Try again; if it stays so, ask whoever runs the server. They will want to know: {said}",
  "fault.training_few_intents": "The bot needs two intents with examples at least. Add a second one.",
  "fault.training_few_examples":
    "There are too few examples. Give every intent at least five, better twenty.",
  "fault.training_too_large":
    "{intents} intents with {examples} examples are more than one bot can learn. Merge intents that are answered alike, or take out examples.",

  "fault.content_no_folder": "There is no such folder. It is the one that holds domain.yml.",
  "fault.content_no_domain": "There is no domain.yml with intents:, so there is nothing to learn.",
  "fault.content_many_files": "There are more than {limit} YAML files. Join some of them.",
  "fault.content_deep_folders": "Folders are nested deeper than {limit}.",
  "fault.content_link": "Links are not followed. Put the file itself here.",
  "fault.content_no_file": "This is not a regular file.",
  "fault.content_unreadable": "The file cannot be read: {problem}.",
  "fault.content_large_file": "The file is larger than {limit} MB. Split it.",
  "fault.content_large": "All files together are larger than {limit} MB.",
  "fault.content_no_messages":
    "There are no messages with intents in it. Give a CSV with the columns text and intent, or a YAML file with nlu:.",
  "fault.content_no_split": "It has no part “{name}”.",
  "fault.content_no_archive": "This is not a ZIP archive, or it is broken. Pack the project again.",
  "fault.content_path":
    "Files of an archive lie below its own folder. Pack it without “..” and without names that begin with a slash.",
  "fault.content_no_table": "This is not a table of questions and answers: its first line names the columns.",
  "fault.content_table_column": "The table has no column “{name}”. Name it in the first line.",
  "fault.content_secrets": "Holds addresses and keys of servers: it was left out.",
  "fault.content_not_utf8": "The file is not in UTF-8. Save it in UTF-8.",
  "fault.content_yaml_tab": "This is not valid YAML: a tab stands here. Indent with blanks.",
  "fault.content_yaml_character":
    "This is not valid YAML: no value begins with {character}. Put it into quotes.",
  "fault.content_yaml_colon":
    "This is not valid YAML: no colon may stand here. Put a text that has one into quotes, or correct how the line is indented.",
  "fault.content_yaml_dash":
    "This is not valid YAML: no dash may stand here. Begin a list on a line of its own.",
  "fault.content_yaml_open": "This is not valid YAML: a quote or a bracket is not closed.",
  "fault.content_yaml_indent":
    "This is not valid YAML: it does not go on what is above it. Indent it as that is, or quote all of it.",
  "fault.content_not_yaml": "This is not valid YAML: {problem}.",
  "fault.content_deep": "Values are nested deeper than {limit}.",
  "fault.content_documents": "A file holds one document. Remove the line with ---.",
  "fault.content_tag": "The tag {tag} is not allowed. Write a plain value.",
  "fault.content_merge_key": "Merge keys (<<) are not supported. Write the values out.",
  "fault.content_twice": "“{name}” stands here twice. Keep one.",
  "fault.content_many_aliases": "There are more than {limit} aliases.",
  "fault.content_alias": "The alias *{name} names nothing that stands before it.",
  "fault.content_many_values": "There are more than {limit} values in one file. Split it.",
  "fault.content_not_a_list": "A list belongs here. Begin each entry with a dash.",
  "fault.content_not_a_mapping": "Names with their values belong here, each as name: value.",
  "fault.content_not_a_text": "A text belongs here.",
  "fault.content_entry": "An entry of nlu begins with intent:, synonym:, regex: or lookup:.",
  "fault.content_name": "A name has 1 to {limit} characters.",
  "fault.content_many_examples": "One intent has more than {limit} examples.",
  "fault.content_many_lookups": "One lookup has more than {limit} values.",
  "fault.content_no_dash": "An example must begin with “- ”.",
  "fault.content_example": "An example has 1 to {limit} characters.",
  "fault.content_annotation": "The annotation after “[{text}]” is not valid: {problem}.",
  "fault.content_long_pattern": "The pattern is longer than {limit} characters.",
  "fault.content_pattern": "The pattern is not a valid regular expression ({problem}).",
  "fault.content_empty_pattern": "The pattern matches an empty text.",
  "fault.content_slow_pattern":
    "The pattern can take very long. Have at most three * or +, and none inside a repeated group.",
  "fault.content_rich_pattern":
    "References, look-around and possessive repeats are not supported in patterns.",
  "fault.content_response_twice": "The response “{name}” stands in two files. Keep one.",
  "fault.content_response_empty": "The response “{name}” has no text. Add a line “- text: …”.",
  "fault.content_variation":
    "This variation of “{name}” says nothing. Give it a text:, an image: or a custom:.",
  "fault.content_text": "A text has 1 to {limit} characters.",
  "fault.content_button": "A button has a title: and a payload: (or a url:).",
  "fault.content_card": "A card has a title:.",
  "fault.content_address": "An address has no spaces and begins with one of these: {schemes}",
  "fault.content_condition": "A condition is {shape}.",
  "fault.content_rule": "A rule has a name (rule: …) and steps:.",
  "fault.content_intent": "The intent “{name}” is not in the domain. Add it to intents: in domain.yml.",
  "fault.content_rule_intent": "The rule answers “{name}”, which is not in intents: of the domain.",
  "fault.content_response": "“{name}” is not in responses: of the domain. Add it, or correct its name.",
  "fault.content_form": "The form “{name}” is not in forms: of the domain.",
  "fault.content_button_intent": "The button leads to “/{name}”, but the domain has no such intent.",
  "fault.content_contradiction":
    "“{name}” and “{other}” ({place}) begin alike and go on differently; keep one, or give one a condition:.",
  "fault.content_cycle":
    "“{name}” leads back to itself ({path}), so the bot would never stop; break the circle.",
  "fault.content_slot_twice": "The slot “{name}” stands in two files; keep one.",
  "fault.content_slot_type": "A slot's type is one of {types}.",
  "fault.content_slot": "“{name}” is not in slots: of the domain; add it, or correct its name.",
  "fault.content_conditions": "A condition names an active_loop: or a slot_was_set:.",
  "fault.content_story": "A story has a name (story: …) and steps:.",
  "fault.content_stories_many": "Its checkpoints make more than {limit} stories; write fewer of them.",
  "fault.content_tests_many": "There are more than {limit} test conversations. Leave some out.",
  "fault.content_checkpoint": "No story begins with the checkpoint “{name}”.",
  "fault.content_many_intents": "More than {limit} intents.",
  "fault.content_setting": "“{name}” is not a setting here; known are {known}.",
  "fault.content_number": "“{name}” is a number from {least} to {most}.",
  "fault.content_kind": "“{name}” is one of {known}.",
  "fault.content_rasa_only": "Rasa's own settings; this engine has none of them.",
  "fault.content_foreign": "“{name}” is not honoured by this engine.",
  "fault.content_foreign_in": "“{name}” in “{where}” is not honoured by this engine.",
  "fault.content_bare_intent": "The intent “{name}” has no examples: only a button can lead to it.",
  "fault.content_unanswered": "Nothing answers “{name}”: a person does.",
  "fault.content_payload": "The payload “{text}” is not /intent: pressing it is read as its title.",
  "fault.content_mapping":
    "A mapping of “{name}” ({kind}) is not honoured: custom actions alone can fill it.",
  "fault.content_extractor": "“{name}” is not in entities: of the domain, so nothing is recognized by it.",
  "fault.content_rule_turns": "The rule “{name}” has several customer turns and is not run; make it a story.",
  "fault.content_step": "“{step}” in “{name}” is not honoured, so all of “{name}” is left out.",
  "fault.content_unknown_action":
    "“{name}” is neither a response nor a form nor in actions: of the domain: a person does it.",
  "fault.content_not_asked": "Nothing asks for “{name}” (utter_ask_{name}); the bot's own sentence does.",
  "fault.content_forms_file": "The business's forms can't be read: {problem}.",
  "fault.content_fills":
    "The settings have no form “{name}” that is in use, so what is filled in goes to people. Set it up, or choose another.",
  "fault.content_fills_unseen":
    "What the business's form “{name}” asks isn't known here (there is no forms.toml).",
  "fault.content_fills_not":
    "The form “{form}” of the settings doesn't ask for “{name}”, so the bot doesn't, either.",
  "fault.content_fills_told":
    "“{name}” of the form “{form}” is what Switchboard itself tells; give the question another name, or no response can say it.",
  "fault.content_fills_many":
    "The form “{name}” of the settings has more than {limit} questions; the bot remembers no more answers.",

  "fault.import_not_a_set_up": "This file is not a set-up that Switchboard exported: {problem}.",
  "fault.import_not_json": "This is not a file that Switchboard exported.",
  "fault.import_newer": "A newer Switchboard wrote this file. Upgrade this one first.",
  "fault.import_unknown":
    "This file has “{what}”, which nothing here is. It may come from a newer Switchboard.",
  "fault.import_unfit": "Something of this kind is not right in the file: {kind} ({problem}).",
  "fault.import_refused": "Not taken over: {kind} “{name}”. {said}",
  "fault.import_stranger": "Team “{name}”: {email} does not work for this business",

  "fault.bot_no_source":
    "An older release made this version and did not keep what it was made of. It can answer again, but not be edited.",
  "fault.bot_tests_fail":
    "{failed} of {all} test conversations fail. Mend the bot, or say why it shall answer all the same.",
  "fault.bot_untrained": "The draft has changed since. Train the bot first.",
  "fault.bot_training": "The bot is learning already. Wait until it is done.",
  "fault.second_factor_set": "You have a second factor already. End it first to set up another one.",
  "fault.invitation_other_address":
    "This invitation is for {email}. Use that address, or ask for another link.",
  "fault.invitation_other_account":
    "This invitation is for {email}, and you are signed in as {mine}. Sign out first.",
  "fault.member_already": "You work for this business already.",
  "fault.telegram_no_token": "Paste the token that BotFather gave you.",
  "fault.telegram_token_form":
    "This is not a whole token. One looks like 123456789:AAE… Copy all of it from BotFather.",
  "fault.telegram_token_unknown":
    "Telegram does not know this token. Perhaps it was replaced by a newer one: send /token to @BotFather and copy it again.",
  "fault.telegram_unreachable":
    "The server cannot reach Telegram just now. Check again in a moment, or set a proxy under “More”.",
  "fault.telegram_proxy_inside":
    "{host} is inside the server’s own network. Whoever runs the server can allow it (webhook_networks).",
  "fault.telegram_unreachable_by_proxy":
    "Telegram cannot be reached by this proxy. Look at its address and whether it runs.",
  "fault.telegram_said": "Telegram answered: {said}",
  "fault.telegram_bot_taken": "@{username} is an inbox already, and a bot can be only one.",
  "fault.telegram_other_bot":
    "This token is of another bot, @{username}. Add that one as an inbox of its own.",

  "fault.sound_unreadable": "This is no sound that can be read. Bring an MP3, WAV, OGG, M4A or WebM file.",
  "fault.sound_silent":
    "There is no sound in it. See whether the microphone is on and the right one, then record it again.",
  "fault.sound_too_long": "It lasts too long: {limit} seconds at most.",
  "fault.sound_too_large": "The file is too large: {limit} MB at most.",
  "fault.sound_many": "There are {limit} sounds already. Remove those that nothing uses.",
  "fault.sound_name": "There is a sound “{name}” already. Give this one another name.",
  "fault.sound_in_use": "“{name}” is played in calls of {where}. Choose something else there first.",
  "fault.sound_unknown": "There is no sound “{name}” any more. Choose another one, or the voice.",
  "fault.sound_language": "“{name}” is spoken in another language ({language}).",
  "fault.sound_prompt": "“{prompt}” is nothing that a call says.",
  "fault.content_sound_channel":
    "The sound “{name}” in “{where}” is never heard: only what is said in calls (channel: voice) plays one.",
  "fault.content_sound_fixed":
    "“{where}” says values ({values}) that the sound “{name}” cannot know: the voice speaks it.",
  "fault.content_sound_words":
    "“{where}” has the sound “{name}” and no words. Write what is said in it: it stands in the conversation.",
  "fault.content_sound_unknown":
    "“{where}” names the sound “{name}”, which is not there: the voice speaks it.",
  "fault.content_sound_language":
    "The sound “{name}” in “{where}” is in another language ({language}): the voice speaks it.",

  "fault.speech_unknown": "There is no speech engine “{engine}”. Whoever runs the server sets engines up.",
  "fault.speech_language":
    "“{engine}” does not know this language ({language}). Choose another engine for it.",
  "fault.speech_hears_not": "“{engine}” only speaks. Choose one that understands.",
  "fault.speech_speaks_not": "“{engine}” only understands. Choose one that speaks.",
  "fault.speech_order": "Choose at most {limit} speech engines for a language, each of them once.",
  "fault.speech_voice": "A voice’s name has letters, digits and - _ . : / + only, and at most 80 characters.",
  "fault.speech_lacks": "“{engine}” cannot speak yet: what it needs is not on the server.",
  "fault.speech_silent": "“{engine}” said nothing. {said}",
  "fault.speech_rate": "A voice can speak at half to twice its usual speed: 0.5 to 2.",
} satisfies Record<
  | `fault.${FaultCode<"refusals" | "webhooks" | "training" | "content" | "transfer" | "speech" | "sounds">}`
  | "fault.place"
  | "fault.place.line",
  Phrase
>;
