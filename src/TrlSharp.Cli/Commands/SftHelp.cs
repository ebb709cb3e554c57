using TrlSharp.Sft.Options;

namespace TrlSharp.Cli.Commands;

/// <summary>The help of <c>trlsharp sft</c>: some 160 settings, in groups, with their defaults; those of TRL that change nothing here are left to the documentation.</summary>
internal static class SftHelp
{
    private const int NameWidth = 34;
    private const int Width = 120;

    public static void Print(TextWriter output)
    {
        output.WriteLine("trlsharp sft --model_name_or_path FOLDER --dataset_name FILE --output_dir FOLDER [settings]");
        output.WriteLine();
        output.WriteLine("Fine-tunes a model folder on chats, prompts with completions, or text. Settings have TRL's names and mean what they mean there; --config FILE reads them");
        output.WriteLine("from YAML, and what is on the command line wins. --learning-rate is --learning_rate; --packing is --packing true; --no_bf16 is --bf16 false.");
        foreach (var (group, options) in SftOptionTable.Groups)
        {
            output.WriteLine();
            output.WriteLine(group);
            foreach (var option in options) Print(output, option);
        }

        output.WriteLine();
        output.WriteLine("Further settings of trl sft are accepted where they change nothing here, and refused with the replacement where they do: docs/differences-from-trl.md.");
        output.WriteLine("Parts of --train (--train.turns last, --train.thinking off, ...): docs/masks.md. Exit codes: trlsharp --help.");
    }

    private static void Print(TextWriter output, SftOption option)
    {
        var head = $"  --{option.Name} {KindOf(option)}";
        var text = $"{option.Help} [{option.Default}]";
        var room = Width - NameWidth;
        if (head.Length >= NameWidth)
        {
            output.WriteLine(head);
            head = "";
        }

        foreach (var line in Wrapped(text, room))
        {
            output.WriteLine($"{head.PadRight(NameWidth)}{line}");
            head = "";
        }
    }

    private static string KindOf(SftOption option) => option.Kind switch
    {
        OptionKind.Flag => "",
        OptionKind.Integer => "N",
        OptionKind.Number => "X",
        OptionKind.List => "A,B",
        OptionKind.Lines => "TEXT ...",
        OptionKind.Map => "JSON",
        OptionKind.Choice => "WORD",
        _ => "TEXT",
    };

    private static IEnumerable<string> Wrapped(string text, int room)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > room)
            {
                yield return line;
                line = "";
            }

            line += line.Length == 0 ? word : " " + word;
        }

        if (line.Length > 0) yield return line;
    }
}
