// What the model asks the person in front of it with request_user_input.

/** One question of `request_user_input`. */
export type UserQuestion = {
  /** Unique within the request. */
  readonly id: string;
  /** A title of one or two words. */
  readonly header: string;
  readonly question: string;
  /** Null for a question that is answered in one's own words. */
  readonly options: readonly { readonly label: string; readonly description: string }[] | null;
  /** Whether an answer in one's own words is offered beside the options. */
  readonly isOther: boolean;
  /** Whether what is typed must not be shown. */
  readonly isSecret: boolean;
};
