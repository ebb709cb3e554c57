using System.Globalization;
using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>Nectar rows: a prompt and answers with ranks, 1 the best.</summary>
internal static class RankedRows
{
    /// <summary>The prompt with the best answer as its final turn; of equal ranks the first in the file.</summary>
    public static ConversationExample Best(RowColumns row)
    {
        var prompt = Prompt(row);
        return ChatRows.Conversation(row, [.. prompt, Answer(row, Ranked(row)[0].Text)]);
    }

    /// <summary>Pairs of a better and a worse answer, best first.</summary>
    public static IReadOnlyList<Example> Pairs(RowColumns row, RankedPairs which)
    {
        var prompt = RowValue.List(Prompt(row));
        var ranked = Ranked(row);
        var tools = ChatRows.Tools(row);
        var kwargs = ChatRows.TemplateKwargs(row);
        var metadata = row.Metadata();
        var pairs = new List<Example>();
        for (var better = 0; better < (which == RankedPairs.All ? ranked.Count : 1); better++)
            for (var worse = which == RankedPairs.BestVersusWorst ? ranked.Count - 1 : better + 1; worse < ranked.Count; worse++)
            {
                if (ranked[worse].Rank <= ranked[better].Rank) continue;
                pairs.Add(new PreferenceExample(row.Origin)
                {
                    Prompt = prompt,
                    Chosen = RowValue.List(Answer(row, ranked[better].Text)),
                    Rejected = RowValue.List(Answer(row, ranked[worse].Text)),
                    Tools = tools,
                    TemplateKwargs = kwargs,
                    Metadata = metadata,
                });
            }

        return pairs.Count > 0 ? pairs : throw row.Refuse($"its {ranked.Count} answers have no two different ranks, so there is no pair.");
    }

    private static List<RowValue> Prompt(RowColumns row)
    {
        var prompt = row.TakeText("prompt");
        return Transcript.IsTranscript(RowValue.Of(prompt)) ? Transcript.Messages(prompt, dropOpenTurn: true) : [ChatMessage.User(prompt)];
    }

    private static RowValue Answer(RowColumns row, string text) =>
        text.Length > 0 ? ChatMessage.Assistant(text) : throw row.Refuse("one of the ranked answers is empty.");

    /// <summary>Answers by rank, stable.</summary>
    private static List<(double Rank, string Text)> Ranked(RowColumns row)
    {
        var answers = row.Take("answers") ?? throw row.Missing("answers");
        var ranked = new List<(double Rank, string Text)>();
        foreach (var answer in answers.Items)
        {
            var number = ranked.Count;
            if (answer.Find("answer") is not { Kind: RowValueKind.String } text)
                throw row.Refuse(string.Create(CultureInfo.InvariantCulture, $"answer {number} has no string under \"answer\"."));
            var rank = answer.Find("rank") switch
            {
                { Kind: RowValueKind.Integer } whole => (double)whole.Integer,
                { Kind: RowValueKind.Real } real when double.IsFinite(real.Real) => real.Real,
                _ => throw row.Refuse(string.Create(CultureInfo.InvariantCulture, $"answer {number} has no number under \"rank\".")),
            };
            ranked.Add((rank, text.Text));
        }

        return [.. ranked.OrderBy(a => a.Rank)];
    }
}
