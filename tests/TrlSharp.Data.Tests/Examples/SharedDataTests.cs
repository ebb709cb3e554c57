using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Examples;

/// <summary>Every real data set loads completely, or is refused for the reason named here.</summary>
public sealed class SharedDataTests
{
    [Theory]
    [InlineData("axolotl_alpaca__alpaca.json", 2, RowFormat.Alpaca)]
    [InlineData("axolotl_conversation.json", 1, RowFormat.Messages)]
    [InlineData("axolotl_conversation.missingturns.json", 1, RowFormat.Messages)]
    [InlineData("axolotl_conversation.tokenized.json", 1, RowFormat.Tokenized)]
    [InlineData("axolotl_conversation.tokenized_llama2chat.json", 1, RowFormat.Tokenized)]
    [InlineData("fastchat_dummy_conversation.json", 500, RowFormat.Messages)]
    [InlineData("gsm8k_test.jsonl.gz", 1319, RowFormat.QuestionAnswer)]
    [InlineData("gsm8k_train.jsonl.gz", 7473, RowFormat.QuestionAnswer)]
    [InlineData("llamafactory_alpaca_en_demo.json", 999, RowFormat.Alpaca)]
    [InlineData("llamafactory_alpaca_zh_demo.json", 1000, RowFormat.Alpaca)]
    [InlineData("llamafactory_c4_demo.jsonl", 300, RowFormat.Text)]
    [InlineData("llamafactory_glaive_toolcall_en_demo.json", 300, RowFormat.Messages)]
    [InlineData("llamafactory_glaive_toolcall_zh_demo.json", 300, RowFormat.Messages)]
    [InlineData("llamafactory_identity.json", 91, RowFormat.Alpaca)]
    [InlineData("llamafactory_reason_tool_use_demo_50.jsonl", 50, RowFormat.Messages)]
    [InlineData("llamafactory_v1_sft_demo.jsonl", 500, RowFormat.Messages)]
    [InlineData("openai_toy_chat_fine_tuning.jsonl", 10, RowFormat.Messages)]
    [InlineData("openai_weather_chat_fine_tuning.jsonl", 10, RowFormat.Messages)]
    [InlineData("tinker_conversations.jsonl", 128, RowFormat.Messages)]
    public void Supervised_sets_load_completely(string file, int rows, RowFormat format) => LoadsCompletely(file, ExamplePurpose.Sft, rows, rows, format);

    [Theory]
    [InlineData("hh_rlhf_harmless_base_test.jsonl.gz", 2312)]
    [InlineData("llamafactory_dpo_en_demo.json", 300)]
    [InlineData("llamafactory_dpo_zh_demo.json", 300)]
    [InlineData("llamafactory_v1_dpo_demo.jsonl", 10)]
    public void Preference_sets_load_completely_as_pairs_and_unpaired(string file, int rows)
    {
        LoadsCompletely(file, ExamplePurpose.Preference, rows, rows, RowFormat.Preference);
        LoadsCompletely(file, ExamplePurpose.Unpaired, rows, 2 * rows, RowFormat.Preference);
    }

    [Fact]
    public void Marked_answers_load_completely_as_unpaired() =>
        LoadsCompletely("llamafactory_kto_en_demo.json", ExamplePurpose.Unpaired, 300, 300, RowFormat.Unpaired);

    [Theory]
    [InlineData("mt_bench_question.jsonl", 80, "no known format. Columns found: question_id (number), category (string), turns (list)")]
    [InlineData("llamafactory_kto_en_demo.json", 300, "marked good or bad")]
    [InlineData("llamafactory_dpo_en_demo.json", 300, "the row is a preference pair (chosen, rejected, conversations)")]
    [InlineData("llamafactory_dpo_zh_demo.json", 300, "the row is a preference pair (chosen, rejected, conversations)")]
    [InlineData("llamafactory_v1_dpo_demo.jsonl", 10, "the row is a preference pair (chosen_messages, rejected_messages)")]
    [InlineData("hh_rlhf_harmless_base_test.jsonl.gz", 2312, "the row is a preference pair (chosen, rejected)")]
    public void What_supervised_training_cannot_use_is_refused_row_by_row(string file, int rows, string reason)
    {
        var reader = new ExampleReader();
        var refusals = RowSources.Open(SharedData.Path("data", file)).Read().Select(row => Assert.Throws<DataException>(() => reader.Read(row)).Message).ToList();
        Assert.Equal(rows, refusals.Count);
        Assert.All(refusals, message => Assert.Contains(reason, message, StringComparison.Ordinal));
        Assert.All(refusals, message => Assert.Contains(file, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Pairs_train_on_the_chosen_answer_when_asked()
    {
        var reader = new ExampleReader(new() { TrainOnChosen = true });
        var chats = Rows("hh_rlhf_harmless_base_test.jsonl.gz").Select(r => Assert.IsType<ConversationExample>(reader.Read(r).Examples[0])).ToList();
        Assert.Equal(2312, chats.Count);
        Assert.All(chats, chat => Assert.Equal("assistant", chat.Messages[^1].Find("role")!.Text));
    }

    [Fact]
    public void A_transcript_is_its_messages_to_the_letter()
    {
        var reader = new ExampleReader(new() { Purpose = ExamplePurpose.Preference });
        foreach (var row in Rows("hh_rlhf_harmless_base_test.jsonl.gz"))
        {
            var pair = Assert.IsType<PreferenceExample>(reader.Read(row).Examples[0]);
            foreach (var (answer, column) in new[] { (pair.Chosen, "chosen"), (pair.Rejected, "rejected") })
            {
                var joined = string.Concat(pair.Prompt.Items.Concat(answer.Items).Select(m =>
                    (m.Find("role")!.Text == "user" ? "\n\nHuman: " : "\n\nAssistant: ") + m.Find("content")!.Text));
                // The marker's one space may be missing before a line break or an empty turn.
                Assert.Equal(row.Value.Find(column)!.Text.Replace(": ", ":", StringComparison.Ordinal), joined.Replace(": ", ":", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Reasoning_and_tool_call_parts_move_to_their_fields()
    {
        var reader = new ExampleReader();
        var messages = Rows("llamafactory_reason_tool_use_demo_50.jsonl").SelectMany(r => ((ConversationExample)reader.Read(r).Examples[0]).Messages).ToList();
        Assert.Equal(274, messages.Count);
        Assert.Equal(112, messages.Count(m => m.Find("reasoning_content") is not null));
        Assert.Equal(68, messages.Sum(m => m.Find("tool_calls")?.Items.Count ?? 0));
        Assert.All(messages, m => Assert.Equal(RowValueKind.String, m.Find("content")!.Kind));
    }

    [Fact]
    public void Function_call_turns_become_tool_calls_and_loss_weights_stay()
    {
        var reader = new ExampleReader();
        var glaive = Rows("llamafactory_glaive_toolcall_en_demo.json").Select(r => (ConversationExample)reader.Read(r).Examples[0]).ToList();
        Assert.Equal(211, glaive.SelectMany(c => c.Messages).Count(m => m.Find("tool_calls") is not null));
        Assert.Equal(191, glaive.Count(c => c.Tools is { Items.Count: > 0 }));
        var weighted = Rows("llamafactory_v1_sft_demo.jsonl").SelectMany(r => ((ConversationExample)reader.Read(r).Examples[0]).Messages).ToList();
        Assert.Equal([0.0, 1.0], weighted.Select(m => m.Find("loss_weight")!.Real).Distinct().Order());
    }

    private static IEnumerable<Row> Rows(string file) => RowSources.Open(SharedData.Path("data", file)).Read();

    private static void LoadsCompletely(string file, ExamplePurpose purpose, int rows, int examples, RowFormat format)
    {
        var reader = new ExampleReader(new() { Purpose = purpose });
        var read = Rows(file).Select(reader.Read).ToList();
        Assert.Equal(rows, read.Count);
        Assert.Equal(examples, read.Sum(r => r.Examples.Count));
        Assert.All(read, r => Assert.Equal(format, r.Format));
    }
}
