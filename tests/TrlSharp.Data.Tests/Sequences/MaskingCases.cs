using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>The worked cases of the reference material: conversations, policies, expected spans and errors.</summary>
internal static class MaskingCases
{
    /// <summary>All cases whose id begins with a letter: <c>T</c> for spans, <c>E</c> for errors.</summary>
    public static IEnumerable<RowValue> Read(char letter) =>
        File.ReadLines(SharedData.Path("reference", "masking.md")).Where(l => l.StartsWith($"{{\"id\":\"{letter}", StringComparison.Ordinal)).Select(ReadCase);

    public static RowValue Find(string id) => Read(id[0]).Single(c => c.Find("id")!.Text == id);

    public static ConversationExample Conversation(RowValue @case) => new(new RowOrigin("cases.jsonl", 1)) { Messages = @case.Find("messages")!.Items };

    /// <summary>A lone surrogate cannot be in strict JSON; the case that is about one gets it here.</summary>
    private static RowValue ReadCase(string line)
    {
        if (!line.Contains("\\ud800", StringComparison.Ordinal)) return RowValue.Parse(line);
        var parsed = RowValue.Parse(line.Replace("\\ud800", "@@", StringComparison.Ordinal));
        var messages = parsed.Find("messages")!.Items.ToArray();
        messages[1] = messages[1].With("content", RowValue.Of("\ud800"));
        return parsed.With("messages", RowValue.List(messages));
    }
}
