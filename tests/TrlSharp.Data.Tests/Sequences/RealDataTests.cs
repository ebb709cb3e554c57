using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Sequences.Policies;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>Every file of real data with ten very different templates: no row vanishes, every refusal names its row, and the totals add up.</summary>
public sealed class RealDataTests(ITestOutputHelper output)
{
    private static readonly int RowsPerFile = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? int.MaxValue : 40;

    private static readonly string[] Templates =
    [
        "trl__template", "trl__llama3_1", "trl__gptoss", "trl__gemma3", "trl__deepseekv3", "huggingface.js__mistralai_Mistral-Nemo-Instruct-2407", "trl__cohere2", "ik_llama.cpp__LFM2-8B-A1B",
        "huggingface.js__zai-org_GLM-5.1", "open-instruct__olmo",
    ];

    [Fact]
    public void Rows_in_are_rows_trained_left_out_refused_or_unreadable()
    {
        var reader = new ExampleReader(new() { TrainOnChosen = true });
        foreach (var name in Templates)
        {
            var all = new MaskStatistics();
            var survey = new MaskSurvey(TemplateSet.Builder(TemplateSet.Find(name), TrainPolicy.Assistant), reader);
            foreach (var file in Directory.GetFiles(SharedData.Path("data"), "*.json*").Order(StringComparer.Ordinal))
            {
                var statistics = new MaskStatistics();
                var rows = RowSources.Open(file).Read(_ => { }).Take(RowsPerFile).ToArray();
                foreach (var row in survey.Read(RowSources.FromRows(file, rows)))
                {
                    statistics.Add(row);
                    if (row.Fault is { } fault) Assert.StartsWith(row.Row!.Origin.ToString(), fault.Message, StringComparison.Ordinal);
                    else Assert.All(row.Results, r => Assert.True(r.Sequences.Count > 0 || r.Dropped is not null));
                    foreach (var result in row.Results)
                        for (var i = 0; i < result.Sequences.Count; i++) MaskInvariants.TokensAreSound(result.Explanations[i]);
                }

                Assert.Equal(rows.Length, statistics.Rows);
                Assert.Equal(statistics.Rows, statistics.RowsTrained + statistics.Dropped.Sum(d => d.Count) + statistics.Refused.Sum(d => d.Count) + statistics.Unreadable);
                Assert.Equal(statistics.TrainedTokens, statistics.Channels.Sum(c => c.Trained));
                all.Add(statistics);
            }

            output.WriteLine(FormattableString.Invariant(
                $"{name}: {all.Rows} rows in = {all.RowsTrained} trained ({all.RowsSplit} of them split into {all.Sequences - all.RowsTrained + all.RowsSplit}) + {all.Dropped.Sum(d => d.Count)} left out + {all.Refused.Sum(d => d.Count)} refused + {all.Unreadable} no examples; {all.Sequences} examples out; refused: {string.Join(", ", all.Refused.Select(r => $"{r.Count} × {r.Fault.Code()}"))}"));
        }
    }
}
