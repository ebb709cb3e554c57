using TrlSharp.Sequences.Policies;
using TrlSharp.Sequences.Profiles;
using TrlSharp.Sequences.Proofs;
using TrlSharp.Templates;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>Chat templates of the reference material, with the special tokens and stops of their models where a case needs them.</summary>
internal static class RealTemplates
{
    /// <summary>The ChatML of the worked cases.</summary>
    public const string ChatMl =
        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private static readonly Dictionary<string, string> Special = new()
    {
        ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["pad_token"] = "<pad>", ["unk_token"] = "<unk>",
    };

    /// <summary>A template by its file name, with neutral special tokens unless others are given.</summary>
    public static ChatTemplate Load(string name, params (string Name, string Text)[] special)
    {
        var folder = name.StartsWith("trl_", StringComparison.Ordinal) && !name.StartsWith("trl__", StringComparison.Ordinal) ? SharedData.Path("conformance", "sft_data", "templates") : SharedData.Path("conformance", "templates");
        return ChatTemplate.Parse(File.ReadAllText(Path.Combine(folder, name + ".jinja")), name, special.Length == 0 ? Special : special.ToDictionary(s => s.Name, s => s.Text));
    }

    /// <summary>Every distinct template that this engine reads.</summary>
    public static IEnumerable<(string Name, ChatTemplate Template)> All()
    {
        foreach (var file in Directory.GetFiles(SharedData.Path("conformance", "templates"), "*.jinja").Order(StringComparer.Ordinal))
        {
            ChatTemplate template;
            try
            {
                template = ChatTemplate.Parse(File.ReadAllText(file), Path.GetFileNameWithoutExtension(file), Special);
            }
            catch (TemplateException)
            {
                continue;
            }

            yield return (template.Name, template);
        }
    }

    /// <summary>A prover on text alone, for cases that need no tokenizer.</summary>
    public static ConversationProver Prover(ChatTemplate template, TrainPolicy policy, params string[] stops) => new(
        template.Render, new TemplateProbe(template.Render, template.Source).Profile(), policy, stops.Length > 0 ? stops : Stops(template), template.SpecialTokens.GetValueOrDefault("eos_token"),
        new DateTime(2024, 7, 26, 0, 0, 0, DateTimeKind.Unspecified), null);

    /// <summary>What generation_config.json of the template's model would list, as far as the template writes it.</summary>
    public static string[] Stops(ChatTemplate template)
    {
        string[] known = template.Source.Contains("<|return|>", StringComparison.Ordinal)
            ? ["<|return|>", "<|call|>"]
            : ["<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>", "<turn|>", "<|tool_response>", "<|end|>", "<|eot|>", "<|END_OF_TURN_TOKEN|>", "<｜end▁of▁sentence｜>", "<|endoftext|>", "<|end_of_text|>"];
        var glm = template.Source.Contains("[gMASK]", StringComparison.Ordinal) ? (string[])["<|user|>", "<|observation|>"] : [];
        return [.. known.Where(k => template.Source.Contains(k, StringComparison.Ordinal)), .. glm, "</s>"];
    }
}
