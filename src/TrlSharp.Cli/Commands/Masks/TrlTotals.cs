using System.Globalization;
using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Compatibility;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary>How many tokens of the same chats TRL's own switches would have trained.</summary>
/// <param name="builder">With template and tokenizer.</param>
internal sealed class TrlTotals(SequenceBuilder builder)
{
    private long _chats;
    private long _tokens;
    private long _default;
    private long _tagged;

    public void Add(SurveyedRow row)
    {
        foreach (var chat in row.Examples.OfType<ConversationExample>())
        {
            try
            {
                var all = builder.ExplainAs(new CollatorOptions(CollatorKind.Trl), chat);
                var tagged = builder.ExplainAs(new CollatorOptions(CollatorKind.TrlAssistantOnly), chat);
                (_chats, _tokens) = (_chats + 1, _tokens + all.Tokens.Count);
                _default += all.Weights.LongCount(w => w > 0);
                _tagged += tagged.Weights.LongCount(w => w > 0);
            }
            catch (MaskException)
            {
                // The template refuses the chat, or it is faulty: it is among the refused rows already, and TRL would have stopped there.
            }
        }
    }

    public IEnumerable<string> Lines()
    {
        if (_chats == 0) yield break;
        yield return "";
        yield return Text($"for comparison, TRL on the {_chats:N0} chats it can render ({_tokens:N0} tokens, one sequence each, no limit):");
        yield return Text($"  default settings           {_default,12:N0} trained: every token, those of users and system messages too");
        yield return _tagged == 0
            ? "  assistant_only_loss=True              refused: the template has no generation tags (TRL has tagged twins of about 25 templates)"
            : Text($"  assistant_only_loss=True   {_tagged,12:N0} trained: what the template's generation tags hold");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
