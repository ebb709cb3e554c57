using System.Globalization;
using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Preparation;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Compatibility;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary>How many tokens of the same chats TRL's own switches would have trained, beside ours.</summary>
/// <param name="builder">With template and tokenizer.</param>
internal sealed class TrlTotals(SequenceBuilder builder)
{
    /// <summary>Rows of each data set that a training run looks at; <c>mask stats</c> looks at all.</summary>
    private const int SampledRows = 200;

    private long _ours;
    private long _promptRows;
    private long _chats;
    private long _tokens;
    private long _default;
    private long _tagged;

    /// <summary>The first chats of some data sets. A stream that cannot be read twice is left out.</summary>
    public static TrlTotals OfSample(SequenceBuilder builder, IEnumerable<SourceOptions> sources)
    {
        var totals = new TrlTotals(builder);
        foreach (var source in sources.Where(s => s.Location != "-"))
        {
            var rows = RowSources.Open(source.Location, source.Split, source.Configuration);
            var read = rows.Read(_ => { }).Where(row => source.Filters.All(f => f.Keeps(row))).Take(SampledRows);
            foreach (var row in new MaskSurvey(builder, new ExampleReader(source.Reader)).Read(RowSources.FromRows(rows.Name, [.. read]))) totals.Add(row);
        }

        return totals;
    }

    public void Add(SurveyedRow row)
    {
        if (row.Fault is not null) return;
        for (var e = 0; e < row.Examples.Count; e++)
        {
            if (row.Examples[e] is not ConversationExample chat) continue;
            try
            {
                var all = builder.ExplainAs(new CollatorOptions(CollatorKind.Trl), chat);
                var tagged = builder.ExplainAs(new CollatorOptions(CollatorKind.TrlAssistantOnly), chat);
                (_chats, _tokens) = (_chats + 1, _tokens + all.Tokens.Count);
                if (chat.PromptMessages is not null) _promptRows++;
                _ours += row.Results[e].Sequences.Sum(s => s.TrainedTokens);
                _default += all.Weights.LongCount(w => w > 0);
                _tagged += tagged.Weights.LongCount(w => w > 0);
            }
            catch (MaskException)
            {
                // The template refuses the chat, or it is faulty: it is among the refused rows already, and TRL would have stopped there.
            }
        }
    }

    /// <param name="which">"all", or "the first".</param>
    public IEnumerable<string> Lines(string which)
    {
        if (_chats == 0) yield break;
        yield return "";
        yield return Text($"for comparison, on {which} {_chats:N0} chats ({_tokens:N0} tokens as TRL renders them, one sequence each, no limit):");
        yield return Text($"  trained here               {_ours,12:N0}");
        yield return Text($"  TRL, default settings      {_default,12:N0} trained: {(_promptRows == _chats ? "all behind the prompt" : _promptRows == 0 ? "every token, those of users and system messages too" : "every token of chats, and of prompt/completion rows all behind the prompt")}");
        yield return _tagged == 0
            ? "  TRL, assistant_only_loss        refused: the template has no generation tags (TRL has tagged twins of about 25 templates)"
            : Text($"  TRL, assistant_only_loss   {_tagged,12:N0} trained: what the template's generation tags hold");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
